"""Who asks for what, when: traffic profiles, recorded traffic, and the arrivals drawn from them."""
