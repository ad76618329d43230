"""Trains, measures and exports the person network."""
