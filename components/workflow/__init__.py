"""State machines: the parts they are made of, and the resource that runs one."""
