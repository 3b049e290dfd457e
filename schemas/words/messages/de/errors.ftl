# Warum der Dienst etwas ablehnt, nach dem Namen seines Fehlers auf dem Bus. Auf Englisch zeigt der
# Befehl den Satz des Dienstes, der mehr sagen kann.

error-NotAuthorized = Das dürfen Sie nicht.
error-NotFound = Diesen Benutzer oder diese Methode gibt es nicht: Prüfen Sie den Namen.
error-FreshProofNeeded = Weisen Sie sich zuerst in dieser Sitzung mit einer Ihrer Methoden aus, und wiederholen Sie es dann.
error-StrongerProofNeeded = Dafür müssen Sie sich stärker ausweisen: mit einem Sicherheitsschlüssel, einer Authenticator-App, einem Hardware-Token oder einem Ihrer Wiederherstellungscodes. Wiederholen Sie es dann.
error-AccessPassNeeded = Die Richtlinie verlangt vor der ersten Methode einen Zugangspass: Bitten Sie die Administration darum.
error-Expired = Der Zugangspass ist abgelaufen: Bitten Sie die Administration um einen neuen.
error-AnotherMethodFirst = Diese Art gibt es nur neben einer anderen Methode: Fügen Sie zuerst eine Authenticator-App oder ein Hardware-Token hinzu.
error-WrongCode = Der Code stimmt nicht: Prüfen Sie ihn, und versuchen Sie es noch einmal.
error-WrongForm = Diese Antwort passt nicht zu dem, was gefragt war: Geben Sie ein, wonach gefragt wird.
error-WrongAssertion = Das hat keiner Ihrer Sicherheitsschlüssel für diese Anfrage signiert: Beginnen Sie noch einmal, und nehmen Sie den Sicherheitsschlüssel, nach dem gefragt wird.
error-UserVerificationMissing = Der Sicherheitsschlüssel hat Sie nicht geprüft: Geben Sie seine PIN ein, oder berühren Sie seinen Fingerabdrucksensor, und versuchen Sie es dann noch einmal.
error-KeyNotAllowed = Dieser Sicherheitsschlüssel ist hier nicht erlaubt: Nehmen Sie einen anderen, oder fragen Sie die Administration, welche es sind.
error-AlreadyRegistered = Dieser Sicherheitsschlüssel ist schon eingerichtet: Nehmen Sie einen anderen.
error-CounterNotIncreased = Von diesem Sicherheitsschlüssel gibt es vielleicht eine Kopie: Nehmen Sie eine andere Methode, löschen Sie dann diese, und fügen Sie sie neu hinzu.
error-CodeAlreadyUsed = Der Code wurde schon benutzt: Warten Sie auf den nächsten.
error-NoCodeSent = Es wurde noch kein Code geschickt: Fordern Sie zuerst einen an.
error-CodeExpired = Der Code gilt nicht mehr: Fordern Sie einen neuen an.
error-NotApproved = Die Anfrage ist noch nicht bestätigt: Bestätigen Sie sie auf Ihrem Telefon, und geben Sie dann den Code ein, den es zeigt.
error-Declined = Die Anfrage wurde auf dem Telefon abgelehnt: Beginnen Sie von vorn, wenn sie Ihre ist.
error-AppTooOld = Die App auf diesem Telefon ist zu alt, um Codes zu zeigen: Aktualisieren Sie sie auf 4.7.0 oder neuer, und scannen Sie den Code noch einmal.
error-PushPaused = An Ihre Telefone werden vorerst keine Anfragen geschickt: Verwenden Sie eine andere Methode.
error-PushUnavailable = Dieser Rechner kann im Moment keine Anfragen an Telefone schicken: Verwenden Sie eine andere Methode, oder versuchen Sie es in einer Minute wieder.
error-ChannelUnavailable = Codes dieser Art können von diesem Rechner nicht geschickt werden: Wählen Sie eine andere Art, oder wenden Sie sich an die Administration.
error-DeliveryFailed = Der Code konnte nicht zugestellt werden: Nehmen Sie eine andere Methode, oder fordern Sie später einen neuen an.
error-TooManyCodes = Es wurden zu viele Codes geschickt: Nehmen Sie eine andere Methode, oder versuchen Sie es später wieder.
error-InvalidDestination = An diese Nummer oder Adresse können keine Codes geschickt werden: Prüfen Sie sie, und versuchen Sie es noch einmal.
error-DestinationNotAllowed = In dieses Land wird nichts geschickt: Nehmen Sie eine andere Nummer, oder wenden Sie sich an die Administration.
error-PlaceTaken = Diese Nummer oder ihr Platz ist schon vergeben: Wählen Sie mit --place einen anderen, oder löschen Sie zuerst die Methoden dort.
error-TooSoon = Vor dem nächsten Versuch müssen Sie warten: Versuchen Sie es später wieder.
error-TooOften = Das war zu oft in letzter Zeit: Warten Sie, bis die Zeit um ist, und versuchen Sie es dann wieder.
error-MethodLocked = Falsche Codes haben diese Methode für eine Weile gesperrt: Nehmen Sie eine andere, warten Sie, oder bitten Sie die Administration, sie zu entsperren.
error-AccountLocked = Das Konto ist gesperrt: Weisen Sie sich mit Ihrer stärksten Methode aus, um es zu entsperren, oder bitten Sie die Administration darum.
error-RenamedAccount = Dieses Konto hatte einen anderen Namen, und unter dem sind seine Methoden noch: Bitten Sie die Administration, Sie in secinfo umzubenennen.
error-NoMethod = Es gibt keine Methode, mit der Sie sich ausweisen können: Fügen Sie zuerst eine hinzu, oder bitten Sie die Administration um einen Zugangspass.
error-LastMethod = Die Richtlinie verlangt diese Methode: Fügen Sie eine andere hinzu, die sie ersetzt, und löschen Sie dann diese.
error-KindNotAllowed = Die Richtlinie erlaubt diese Art hier nicht: Wählen Sie eine andere.
error-NotForThisPurpose = Diese Methode ist dafür nicht vorgesehen: Wählen Sie eine andere.
error-TooManyMethods = Mehr Methoden dieser Art dürfen es nicht sein: Löschen Sie zuerst eine.
error-InvalidLabel = Diese Bezeichnung geht nicht: Sie ist leer, zu lang oder enthält Zeichen, die sich nicht darstellen lassen.
error-SessionExpired = Die Sitzung ist beendet: Fangen Sie von vorn an.
error-TooManyAttempts = Das war ein falscher Code zu viel: Fangen Sie von vorn an.
error-NothingScheduled = Für diese Methode ist keine Löschung geplant: Es gibt nichts abzubrechen.
error-TokenUnknown = Kein Token mit dieser Seriennummer wartet auf seine Aktivierung: Prüfen Sie die Nummer auf der Rückseite, oder bitten Sie die Administration, es zu importieren.
error-NotForYourself = Niemand stellt sich selbst einen Zugangspass aus: Bitten Sie eine andere Person der Administration.
error-StorageUnavailable = Das Protokoll kann im Moment nicht geschrieben werden, deshalb wurde nichts geändert. Bitten Sie die Administration, nach dem Dienst zu sehen, und versuchen Sie es dann wieder.
error-LimitsExceeded = Es sind zu viele Sitzungen offen, oder es wird zu viel auf einmal verlangt: Beenden Sie eine Sitzung, oder versuchen Sie es gleich noch einmal.
error-ClockBehind = Die Uhr dieses Rechners geht { $length } nach gegenüber dem, was die Sicherung enthält: Stellen Sie zuerst die Uhr, und spielen Sie die Sicherung dann wieder ein.
error-NotEmpty = Dieser Rechner hat schon Sicherheitsinformationen, und eine Sicherung wird nur auf einem leeren Rechner eingespielt.
error-ShuttingDown = Der Dienst wird gerade beendet. Versuchen Sie es gleich noch einmal.
error-Internal = Im Dienst ist ein Fehler aufgetreten. In seinem Protokoll steht mehr.

# The same, told apart more exactly than by the name of the error.
finer-added-meanwhile = Gleichzeitig kam eine andere Methode dazu: Versuchen Sie es noch einmal.
finer-never-the-default = Eine Methode dieser Art kann nie die Standardmethode sein: Wählen Sie eine, nach der bei der Anmeldung gefragt wird.
finer-no-token = Nur Hardware-Token lassen sich neu abgleichen.
finer-not-consecutive = Das sind nicht zwei aufeinanderfolgende Codes dieses Tokens: Nehmen Sie die nächsten zwei, und versuchen Sie es wieder.
finer-number-known = Diese Nummer gibt es schon, an einem anderen Platz: Fügen Sie die Methode an diesem Platz hinzu.
finer-room-kept = Der Speicher dieses Rechners ist fast voll, und der Rest ist für Anmeldungen bestimmt: Bitten Sie die Administration, Platz zu schaffen.
finer-too-weak-here = Eine Methode dieser Art genügt hier nicht zur Anmeldung: Wählen Sie eine stärkere Methode.

error-undelivered = Der Code wurde nicht zugestellt: { $problem }. Nehmen Sie eine andere Methode, oder fordern Sie später einen neuen an.
error-time-left = Wartezeit: { $length }.

# Warum eine Nachricht nicht zugestellt wurde, nach einem Doppelpunkt.
undelivered-destination = dorthin ließ er sich nicht zustellen
undelivered-refused = der Anbieter stellt an dieses Ziel nichts zu
undelivered-timed-out = es kam nicht rechtzeitig eine Rückmeldung, vielleicht kommt er nicht an
undelivered-provider = der Anbieter ist im Moment nicht zu erreichen
undelivered-host = der Rechner hat einen Fehler, den die Administration beheben muss

# Why a code counts as used that was not accepted before.
used-brought-over = Der Code kann in dem System benutzt worden sein, aus dem diese Methode stammt: Warten Sie auf den nächsten.
used-clock-ahead = Die Uhr dieses Rechners ging vor, als zuletzt ein Code dieser Methode angenommen wurde, darum gelten ihre Codes noch eine Weile als benutzt: Nehmen Sie eine andere Methode, oder warten Sie.
