"""What watches over the logs: verification, anchors, near misses."""
