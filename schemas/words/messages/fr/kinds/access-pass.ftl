kind-access-pass = Passe d’accès
    .inline = passe d’accès
    .one = Passe d’accès
    .question = Votre passe d’accès

access-pass-issued = Ce passe d’accès n’est affiché que maintenant. Il sert à { $once ->
    [yes] une seule vérification
   *[no] un nombre illimité de vérifications
} de { $user }{ $later ->
    [yes] , commence { $from }
   *[no] {""}
} et expire { $when }. Remettez-le en main propre ou par un moyen sûr.
access-pass-revoked = Le passe d’accès de { $user } n’est plus valable.
