"""What AWS does by itself and moto does not: alarms that fire, policies that scale, schedules that run.

Each module is one service's documented behaviour over the resources that the API reports, in virtual time.
"""
