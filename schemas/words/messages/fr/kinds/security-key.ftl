kind-security-key = Clé de sécurité
    .inline = clé de sécurité
    .one = Clé de sécurité
    .question = Clé de sécurité
    .deleted = Rien n’est à supprimer sur la clé, sauf si elle conserve une clé d’accès pour cet hôte : le programme de son fabricant les affiche et les supprime.

exchange-credential = Données d’enregistrement (JSON) :
exchange-assertion = Assertion (JSON) :
exchange-none = rien n’a été donné ; rien n’a été modifié

ssh-key-written = Fichiers écrits : { $file }, par lequel ssh trouve la clé, et { $file }.pub, dont vous ajoutez la ligne à vos clés autorisées sur les hôtes où la clé doit vous connecter. Là où un hôte compte les clés de sécurité par SSH, une connexion avec elle ne demande rien d’autre.
ssh-no-key = il n’y a pas encore de clé de sécurité : ajoutez-en d’abord une avec secinfo add security-key
ssh-not-written = { $file } ne peut pas être écrit ({ $why }) : choisissez un autre fichier
