"""Commits played forward and back before the controllers of the model, in many orders, with steps late or failing."""
