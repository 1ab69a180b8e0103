"""Reports of a round or a topic: gathered once, composed of blocks, written in four formats."""
