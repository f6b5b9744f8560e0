"""What a person hears of a run while it lasts, and where its time went."""
