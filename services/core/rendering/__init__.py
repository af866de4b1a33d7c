"""From a match to the reply that goes out."""
