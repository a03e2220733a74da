"""The staff's side: who may do what, drafts and their approval, the inbox, figures, the audit."""
