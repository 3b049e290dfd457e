# Woran eine Methode zu erkennen ist, und wohin ihre Codes gehen.

hint-parameters = { $digits } Ziffern alle { $period } s
hint-once = gilt einmal
hint-number = { $place } { $number }
destination-number = { $number }
destination-address = { $address }
place-mobile = Mobiltelefon
place-alternate = Zweittelefon
place-office = Bürotelefon
