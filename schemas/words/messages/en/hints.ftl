# What a method is told from others by, and where its codes go.

hint-parameters = { $digits } digits every { $period } s
hint-once = good for one use
hint-number = { $place } { $number }
destination-number = { $number }
destination-address = { $address }
place-mobile = mobile
place-alternate = alternate
place-office = office
