# Notifications on the desktop. What happened is told in the sentences of notices.ftl.

desktop-title = Security info
desktop-open = Open Security info
desktop-since = While you were away:
desktop-account-locked = Your account is locked: every sign-in is refused until you prove a strong method or an administrator lifts it.
desktop-account-unlocked = Your account is no longer locked.
desktop-lock = Lock my account now
desktop-lock-question = Lock your account? Every sign-in is refused until you prove a strong method or an administrator lifts it.
desktop-not-locked = Your account could not be locked. Open Security info, or tell an administrator.
