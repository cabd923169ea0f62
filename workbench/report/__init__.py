"""What people and other tools read: tables, markdown, HTML, and other formats."""
