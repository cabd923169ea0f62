"""Billing exports for tests, in the columns that AWS Data Exports writes."""
