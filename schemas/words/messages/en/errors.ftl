# Why the daemon refused, by the name of its error on the bus. In English the command shows the
# sentence of the daemon, which may say more.

error-NotAuthorized = You are not allowed to do this.
error-NotFound = There is no such user or object. Check the name.
error-FreshProofNeeded = Prove who you are first: verify one of your methods in this session, then do it again.
error-StrongerProofNeeded = That takes a stronger proof: verify a security key, an authenticator app, a hardware token or one of your recovery codes, then do it again.
error-AccessPassNeeded = Policy asks for an access pass before the first method: ask an administrator for one.
error-Expired = The access pass has expired: ask an administrator for a new one.
error-AnotherMethodFirst = That kind only goes beside another method: add an authenticator app or a hardware token first.
error-WrongCode = That code is not right: check it and try again.
error-WrongForm = That answer does not fit what was asked for: give what the prompt asks.
error-WrongAssertion = That was not signed by one of your security keys for this request: begin again, then use the security key that was asked for.
error-UserVerificationMissing = The security key has not verified you: give its PIN, or touch its fingerprint sensor, then try again.
error-KeyNotAllowed = That security key is not allowed here: use another one, or ask an administrator which are.
error-AlreadyRegistered = That security key is registered already: use another one.
error-CounterNotIncreased = There may be a copy of this security key: use another method, then delete this one and add it again.
error-CodeAlreadyUsed = That code was used already: wait for the next one.
error-NoCodeSent = No code was sent yet: ask for one first.
error-CodeExpired = That code is no longer good: ask for a new one.
error-NotApproved = The request is not approved yet: approve it on your phone, then type the code that it shows.
error-Declined = The request was declined on the phone: begin again if it is yours.
error-AppTooOld = The app on that phone is too old to show codes: update it to 4.7.0 or newer, then scan the code again.
error-PushPaused = No requests are sent to your phones for now: use another method.
error-PushUnavailable = This host cannot send requests to phones at the moment: use another method, or try again in a minute.
error-ChannelUnavailable = Codes of that kind cannot be sent on this host: choose another kind, or ask an administrator.
error-DeliveryFailed = The code could not be delivered: use another method, or ask for a new code later.
error-TooManyCodes = Too many codes were sent: use another method, or try again later.
error-InvalidDestination = Codes cannot be sent to that number or address: check it and try again.
error-DestinationNotAllowed = No messages are sent to numbers of that country: use another number, or ask an administrator.
error-PlaceTaken = That number, or the place that it would have, is taken: choose another with --place, or delete the methods there first.
error-TooSoon = You have to wait before the next attempt: try again later.
error-TooOften = You have done that too often lately: wait until the time is over, then do it again.
error-MethodLocked = Wrong codes locked this method for a while: use another method, wait, or ask an administrator to unlock it.
error-AccountLocked = The account is locked: prove your strongest method to unlock it, or ask an administrator to.
error-RenamedAccount = This account had another name, and its methods are still under that one: ask an administrator to rename you in secinfo.
error-NoMethod = There is no method to verify with: add one first, or ask an administrator for an access pass.
error-LastMethod = Policy requires this method: add another that takes its place, then delete this one.
error-KindNotAllowed = Policy does not allow that kind here: choose another.
error-NotForThisPurpose = That method does not serve this purpose: choose another.
error-TooManyMethods = You have as many methods of that kind as there may be: delete one first.
error-InvalidLabel = That label cannot be used: it is empty, too long, or holds characters that cannot be shown.
error-SessionExpired = The session is over: begin again.
error-TooManyAttempts = That was one wrong code too many: begin again.
error-NothingScheduled = No deletion waits for this method: there is nothing to cancel.
error-TokenUnknown = No token with that serial number waits to be activated: check the number on its back, or ask an administrator to import it.
error-NotForYourself = Nobody issues an access pass to themselves: ask another administrator.
error-StorageUnavailable = The log cannot be written at the moment, so nothing was changed. Ask an administrator to look at the daemon, then try again.
error-LimitsExceeded = Too many sessions are open, or too much is asked for at once: finish or cancel a session, or try again in a moment.
error-ClockBehind = The clock of this host is { $length } behind what the backup holds: set the clock first, then restore again.
error-NotEmpty = This host has security info already, and a backup is restored on an empty host only.
error-ShuttingDown = The service is stopping. Try again in a moment.
error-Internal = Something went wrong in the service. Its log says more.

# The same, told apart more exactly than by the name of the error.
finer-added-meanwhile = Another method was added at the same time: do it again.
finer-never-the-default = A method of that kind can never be the default: choose one that is asked for at sign-in.
finer-no-token = Only hardware tokens can be resynchronized.
finer-not-consecutive = These are not two consecutive codes of this token: take the next two and try again.
finer-number-known = That number is there already, in another place: add the method in that place.
finer-room-kept = The disk of this host is nearly full, and what is left is kept for sign-ins: ask an administrator to make room.
finer-too-weak-here = A method of that kind is not enough to sign in here: choose a stronger method.

error-undelivered = The code was not delivered: { $problem }. Use another method, or ask for a new code later.
error-time-left = Time left: { $length }.

# Why a message was not delivered, to stand behind a colon.
undelivered-destination = the code could not be delivered there
undelivered-refused = the provider refuses to deliver to that destination
undelivered-timed-out = nothing was heard of the code in time, and it may not arrive
undelivered-provider = the code could not be sent, because the provider cannot be used at the moment
undelivered-host = the code could not be sent, because of a fault of this host that its administrator has to mend

# Why a code counts as used that was not accepted before.
used-brought-over = That code may have been used in the system that this method was brought over from: wait for the next one.
used-clock-ahead = The clock of this host was ahead when a code of this method was last accepted, so that its codes count as used for a while: use another method, or wait.
