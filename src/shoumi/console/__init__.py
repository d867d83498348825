"""The console: ledgers, approvals, custody, cases, audit."""
