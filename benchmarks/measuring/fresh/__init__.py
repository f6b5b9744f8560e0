"""A fresh set: values drawn at random for charts, and what helm renders from them."""
