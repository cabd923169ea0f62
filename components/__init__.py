"""What the stack is made of: one component resource a file; no configuration is read and no price is known here."""
