"""Generated from proto/understudy; do not edit."""
