"""docs/commands.md: what `./plant COMMAND --help` prints, for all commands."""

from __future__ import annotations

import click


def commands_page() -> str:
    """The page, from the commands themselves."""
    from workbench.cli.main import plant

    context = click.Context(plant, info_name="./plant", terminal_width=80, **plant.context_settings)
    lines = ["# Commands", "", "What `./plant COMMAND --help` says. Made by `./plant docs`.", ""]
    lines += _help(plant, context)
    for name in plant.list_commands(context):
        lines += _section(plant.get_command(context, name), name, context, "##")
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def _section(command: click.Command | None, name: str, parent: click.Context, level: str) -> list[str]:
    if command is None:
        return []
    context = click.Context(command, parent=parent, info_name=name, max_content_width=80, terminal_width=80)
    lines = ["", f"{level} {name}", "", *_help(command, context)]
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            lines += _section(command.get_command(context, inner), inner, context, f"{level}#")
    return lines


def _help(command: click.Command, context: click.Context) -> list[str]:
    return ["```text", command.get_help(context), "```"]
