# Ce qui distingue une méthode des autres, et où vont ses codes.

hint-parameters = { $digits } chiffres toutes les { $period } s
hint-once = valable une fois
hint-number = { $place } { $number }
destination-number = au { $number }
destination-address = à { $address }
place-mobile = mobile
place-alternate = second téléphone
place-office = téléphone du bureau
