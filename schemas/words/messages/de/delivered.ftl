# Was Benutzer per SMS, Anruf und E-Mail erfahren.
#
# In jeder Sprache stehen dieselben Meldungen mit denselben Variablen. Eine SMS soll in 160 Zeichen
# des GSM-Alphabets passen. Ein Anruf wird gesprochen; die Ziffern des Codes folgen ihm.

# SMS. Unter jene mit Code wird eine Zeile gesetzt, die Programme lesen.

text-enrollment = { $organization }: Code { $code } fügt dieses Telefon Ihrem Konto auf { $host } hinzu. Geben Sie ihn niemandem. Nicht angefordert? Ignorieren.
text-sign-in = { $organization }: { $code } ist Ihr Code zur Anmeldung an { $place }{ $knows-origin ->
    [yes] {" "}von { $origin }
   *[no] {""}
}. Geben Sie ihn niemandem. Nicht Sie? Ändern Sie Ihr Passwort.
text-password-reset = { $organization }: { $code } ist Ihr Code für ein neues Passwort auf { $host }. Geben Sie ihn niemandem. Nicht angefordert? Ignorieren.
text-notice = { $organization }: Ihre Sicherheitsinfos auf { $host } wurden geändert. Waren Sie das nicht, melden Sie es sofort der Administration.
text-test = { $organization }: Dies ist eine Test-SMS von { $host }. Sie müssen nichts tun.

# Anrufe.

call-enrollment = Guten Tag. Hier ist { $organization }. Sie hören gleich einen Code, mit dem Sie dieses Telefon Ihrem Konto auf { $host } hinzufügen. Geben Sie ihn niemandem. Wenn Sie diesen Anruf nicht angefordert haben, legen Sie einfach auf.
call-sign-in = Guten Tag. Hier ist { $organization }. Sie hören gleich einen Code zur Anmeldung an { $knows-service ->
    [yes] dem Dienst { $service } auf { $host }
   *[no] { $host }
}. Geben Sie ihn niemandem. Wenn Sie sich gerade nicht anmelden, legen Sie auf und ändern Sie Ihr Passwort.
call-password-reset = Guten Tag. Hier ist { $organization }. Sie hören gleich einen Code, mit dem Sie auf { $host } ein neues Passwort setzen. Geben Sie ihn niemandem. Wenn Sie diesen Anruf nicht angefordert haben, legen Sie einfach auf.
call-notice = Guten Tag. Hier ist { $organization }. Ihre Sicherheitsinformationen auf { $host } wurden geändert. Wenn Sie das nicht waren, melden Sie es sofort der Administration.
call-test = Guten Tag. Hier ist { $organization }. Dies ist ein Testanruf von { $host }. Sie müssen nichts tun. Auf Wiederhören.

# E-Mails.

email-enrollment =
    .subject = { $organization }: Bestätigen Sie Ihre E-Mail-Adresse für { $host }
    .lead = Sie fügen diese E-Mail-Adresse Ihren Sicherheitsinformationen auf { $host } hinzu. Geben Sie dort diesen Code ein:
    .otherwise = Wenn Sie das nicht angefordert haben, ignorieren Sie diese Nachricht. Ohne den Code kann niemand Ihre Adresse hinzufügen.
email-sign-in =
    .subject = { $organization }: Ihr Code zur Anmeldung an { $host }
    .lead = Sie melden sich an { $place } an. Geben Sie dort diesen Code ein:
    .otherwise = Wenn Sie das nicht waren, kennt jemand Ihr Passwort. Ändern Sie es sofort, und melden Sie es der Administration.
email-password-reset =
    .subject = { $organization }: Ihr Code für ein neues Passwort auf { $host }
    .lead = Sie möchten auf { $host } ein neues Passwort setzen. Geben Sie dort diesen Code ein:
    .otherwise = Wenn Sie das nicht angefordert haben, ignorieren Sie diese Nachricht. Ihr Passwort bleibt, wie es ist. Geschieht es wieder, melden Sie es der Administration.
email-notice =
    .subject = { $organization }: Ihre Sicherheitsinformationen auf { $host } wurden geändert
    .lead = Ihre Sicherheitsinformationen auf { $host } wurden geändert.
    .otherwise = Wenn Sie das nicht waren, melden Sie es sofort der Administration.
email-test =
    .subject = { $organization }: Test-E-Mail von { $host }
    .lead = Dies ist eine Test-E-Mail von { $host }. Sie ist angekommen.
    .otherwise = Sie müssen nichts tun.

email-greeting = { $knows-user ->
    [yes] Guten Tag { $user },
   *[no] Guten Tag,
}
email-valid = Der Code gilt { $unit ->
    [minutes] { $valid ->
        [one] eine Minute
       *[other] { $valid } Minuten
    }
   *[seconds] { $valid ->
        [one] eine Sekunde
       *[other] { $valid } Sekunden
    }
} lang. Wenn Sie einen neuen anfordern, gilt nur noch der neue.
email-secrecy = Geben Sie den Code niemandem. Niemand, der für { $organization } arbeitet, wird Sie je danach fragen.
email-organization = Organisation:
email-host = Rechner:
email-service = Dienst:
email-origin = Angefordert von:
