"""What every training needs: checkpoints, processes, random state, optimiser, precision."""
