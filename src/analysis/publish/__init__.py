"""What people see and cite: tables, charts, exhibits, the report, references."""
