"""What each resource type is billed for: a folder a provider, a file a service. See ``cost.registry``."""
