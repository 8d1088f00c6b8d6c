# cmake -DIN=FILE -DOUT=HEADER -DNAME=name -P embed.cmake: a file as an array of
# bytes in a header, with a NUL behind the last.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "static const unsigned char ${NAME}[] = {\n${bytes}0};\n")
