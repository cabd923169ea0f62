"""Runs state machines of the Amazon States Language (JSONPath) in virtual time.

Source: the Amazon States Language specification (states-language.net, 2026-11) and the Step Functions developer
guide. Not covered, and refused: JSONata, distributed Map, activities, callbacks with a task token.
"""
