kind-access-pass = Zugangspass
    .inline = Zugangspass
    .one = Zugangspass
    .question = Ihr Zugangspass

access-pass-issued = Dieser Zugangspass wird nur jetzt angezeigt. Mit ihm kann sich { $user } { $once ->
    [yes] einmal
   *[no] beliebig oft
} ausweisen; er { $later ->
    [yes] beginnt { $from } und läuft
   *[no] läuft
} { $when } ab. Übergeben Sie ihn persönlich oder auf einem Weg, dem Sie vertrauen.
access-pass-revoked = Der Zugangspass von { $user } ist ungültig.
