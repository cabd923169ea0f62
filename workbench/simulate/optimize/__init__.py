"""The cheapest settings that hold the promise under a given traffic, and the budget."""
