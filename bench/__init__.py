"""Performance as ratios, measured side by side in one run. ``python -m bench`` runs every file here."""
