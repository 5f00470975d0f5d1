"""Remove databases, models and fields that the scaffold added, where they are as it made them."""
