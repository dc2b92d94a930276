-- bit with numbers, strings and 64-bit integers.
print(bit.tobit(1LL),bit.tobit(2^40+5),bit.tobit("0x10"),bit.tobit(-1.5),bit.tobit(0.5),bit.tobit(1.5),bit.tobit(2.5),bit.tobit(1/0),bit.tobit(0/0),bit.tobit(1e300))
print(bit.tohex(0),bit.tohex(-1),bit.tohex(1,0),bit.tohex(255,-4),bit.tohex(255,20),bit.tohex(-1,20),#bit.tohex(1,1000),bit.tohex(1LL),bit.tohex(-1LL,-20),bit.tohex(255,-2^31),bit.tohex(3i))
print(bit.band(1LL,2^40+1),bit.bor(1LL,2^40),bit.bor(2^40,1LL),bit.bor(1ULL,-1),bit.bor(1ULL,2^63),bit.bor(1LL,2^63),bit.bor(1LL,1e300),bit.bor(1ULL,1e300),bit.bor(1ULL,0/0),bit.bor(0ULL,-1e300))
print(bit.lshift(1LL,33),bit.lshift(1,33),bit.lshift(1,1LL),bit.rshift(-1LL,60),bit.arshift(-16LL,2),bit.arshift(-16,2),bit.rol(0x12345678,8),bit.ror(1ULL,1),bit.bswap(1LL),bit.bswap(0x01020304),bit.bnot(0ULL),bit.bnot(5))
print(bit.bor(2i,1),bit.tobit(3i),bit.bxor("7",3),bit.bor(1LL,"0x10"),bit.lshift(1,-1),bit.rshift(-1,0),bit.bxor(1LL,1ULL))
print(pcall(bit.band)) print(pcall(bit.band,1,{})) print(pcall(bit.band,1LL,"x")) print(pcall(bit.tohex,1,"x")) print(pcall(bit.lshift,1)) print(pcall(bit.lshift,1LL,nil)) print(pcall(bit.tohex)) print(pcall(bit.tohex,1,nil))
print(bit.band(1),bit.bor(-1),bit.bxor(2^33+1))
