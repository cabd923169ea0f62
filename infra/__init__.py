"""The Pulumi program: settings become one PlantApi component, whose outputs are exported."""
