"""Rules of this team, beside those of the pack."""

from policies.finding import Severity
from policies.table import at_least, must_have, row

RULES = (
    row(
        "team-queue-keeps-four-days",
        ("aws:sqs/queue:Queue",),
        at_least("messageRetentionSeconds", 345_600, "seconds", or_absent=True),
        title="Queues keep messages over a long weekend",
        severity=Severity.HIGH,
        why="Nobody looks at a dead-letter queue from Friday to Tuesday, and what it held by then is gone.",
        fix="Set message_retention_seconds to 345600 or more, or leave it out (AWS keeps four days).",
        source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html",
    ),
    row(
        "team-queue-described",
        ("aws:sqs/queue:Queue",),
        must_have("tags.Purpose", "what the queue is for"),
        title="Queues say what they are for",
        severity=Severity.LOW,
        why="A queue is found years later by people who did not make it.",
        fix="Set the tag Purpose.",
        source="https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html",
    ),
)
