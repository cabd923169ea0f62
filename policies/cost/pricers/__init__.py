"""One file for each module of type tokens: what AWS bills for its resources. See ``policies.cost.registry``."""
