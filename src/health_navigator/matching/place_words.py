"""Everyday words as they bear upon names of places: what leads to one, what is none."""


def word_list(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(","))


ARTICLES = word_list("el, la, los, las")
# Before a name: that is where help is looked for.
HERE = word_list(
    """
    aca, aqui, ciudad, distrito, en, estoy, provincia, region, vivo
    """
)
# Before a name: it says near what one is, in the city that is named besides.
BY = word_list(
    """
    altura, cruce, esquina, frente, grifo, km, mercado, ovalo, paradero, por, puente, urb,
    urbanizacion
    """
)
TOWARDS = word_list(
    """
    a, al, cerca, de, del, desde, entre, hacia, hasta, para, sector, zona
    """
)
# After these a name is that of a street or of somebody, not of where one is.
NAMESAKES = word_list(
    """
    av, avenida, calle, encuentros, jiron, jr, pasaje, prolongacion, psje
    """
)
# These bear the names of saints, and so do districts.
NAMED_AFTER_SAINTS = word_list(
    """
    capilla, clinica, colegio, hospital, iglesia, parroquia
    """
)
# These stand before the name of a house, which may be that of a place as well; alone they ask for
# such a house.
HOUSES = NAMED_AFTER_SAINTS | word_list("albergue, comedor, posta, puesto, refugio, salud")
SAINTS = ("san ", "santa ", "santo ", "maria ", "jesus ", "la merced", "el carmen")
# Names that are everyday words as well: believed after "en" or "por", or in few words.
COMMON = word_list(
    """
    agua blanca, asuncion, ate, belen, bella union, bellavista, bolivar, buenos aires, carmen,
    casa grande, castilla, castillo grande, cercado, ceres, ciudad de dios, ciudad nueva,
    colonia, comas, concepcion, constitucion, corrales, el alto, el carmen, el cercado, el
    ingenio, el milagro, el oro, el porvenir, el prado, el progreso, el tambo, esperanza,
    florida, granada, guadalupe, hunter, imperial, independencia, ingenio, jesus, jesus maria,
    la banda, la capital, la cruz, la cuesta, la esperanza, la florida, la frontera, la
    libertad, la mar, la matanza, la merced, la morada, la pampa, la perla, la primavera, la
    punta, la rinconada, la tina, la union, la victoria, lagunas, las delicias, las lomas, las
    palmeras, las piedras, leticia, lince, lomas, los palos, magdalena, maria auxiliadora,
    mariscal, merced, mercedes, mi peru, montero, morales, nasca, nazca, nueva esperanza, nuevo
    progreso, pampas, porvenir, progreso, providencia, pueblo nuevo, puerto nuevo, rio grande,
    rio negro, rio seco, rosario, salamanca, salas, san agustin, san antonio, san carlos, san
    cristobal, san felipe, san fernando, san francisco, san gabriel, san ignacio, san isidro,
    san jose, san juan, san lorenzo, san luis, san marcos, san martin, san miguel, san pablo,
    san pedro, san rafael, san vicente, santa ana, santa catalina, santa clara, santa cruz,
    santa lucia, santa maria, santa rosa, santa teresa, santiago, santo domingo, santo tomas,
    simon bolivar, sucre, tambo, tigre, tupac amaru, ventanilla, ves, victor larco herrera,
    victoria, vista alegre
    """
)
# Names that are hardly ever the place: believed only beside its province or department.
EVERYDAY = word_list(
    """
    acos, alis, alto, anta, arena, arma, asia, ayo, balsas, banos, caja, cajas, calzada,
    campanilla, canas, canta, capillas, casca, chao, choco, circa, coca, copa, cosme, coya,
    crucero, cuenca, culebras, cura, cusca, daniel alcides carrion, dos de mayo, elias, grau,
    habana, hermilio valdizan, honoria, huertas, indiana, laberinto, lamas, lares, llama, mala,
    manta, mara, marca, marco, maria, marias, mito, molino, molinos, moro, moya, musa, obas,
    olleros, omas, paca, padre, paras, parco, pazos, pias, pion, pira, polvora, recta, sama,
    sana, sano, santa, sauce, sexi, socos, supe, suyo, tamarindo, tate, tinta, tomas, toro,
    trita, uco, vara, vice, vitor, zapatero
    """
)
# What a message may hold beside a place and still say nothing else: `¿y en Comas?`
SMALL = word_list(
    """
    a, aca, ahi, ahora, alla, aqui, buenas, buenos, cerca, chamo, ciudad, de, del, dias,
    distrito, donde, el, en, entonces, es, estamos, estoy, favor, hay, hola, la, las, lo, los,
    mejor, mi, no, noches, o, oye, pana, para, pe, pero, por, provincia, pues, que, queda, si,
    soy, tambien, tardes, un, una, vale, vive, viven, vivimos, vivo, y, ya, yo, zona
    """
)
# What else may stand beside a place where it is known what is sought there: who is there, that
# she lives or moved there, that another place was meant; in English and Portuguese too.
AROUND = SMALL | word_list(
    """
    abuela, abuelo, actualmente, algo, algun, alguna, alguno, am, amiga, amigo, atiende,
    atienden, bebe, bien, busco, casa, como, con, consigo, cual, cuales, decir, digo, disculpa,
    disculpe, ella, em, encuentra, encuentro, equivoque, error, esa, ese, eso, esos, esposa,
    esposo, esta, estan, estou, eu, familia, habra, hermana, hermano, hija, hijas, hijo, hijos,
    hoy, i, in, live, llegamos, llegue, madre, mama, marido, mas, me, mis, mismo, momento, moro,
    mudamos, mudando, mude, mudo, mujer, near, necesito, nina, nino, ninos, nos, otra, otro,
    padre, papa, pareja, perdon, perdona, perdone, prima, primo, queda, quedan, quedo, quiero,
    quise, recien, se, sera, seria, sino, sobrina, sobrino, somos, son, su, suegra, sus, ta,
    tia, tiene, tienen, tio, toy, trabajo, ubico, vecina, vecino, vive, viven, viviendo
    """
)
