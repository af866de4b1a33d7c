"""Money: accounts, currencies as ISO 4217 lists them, and how each country's account numbers are built."""

from typing import Final

from services.core.rendering.words import listed

ACCOUNT_NAMES: Final = listed(
    """Auto Loan Account, Checking Account, Credit Card Account, Home Loan Account, Investment Account,
    Money Market Account, Personal Loan Account, Savings Account"""
)

TRANSACTION_TYPES: Final = ("deposit", "withdrawal", "payment", "invoice")

_CURRENCIES: Final = listed(
    """AED UAE Dirham, AFN Afghani, ALL Lek, AMD Armenian Dram, ANG Netherlands Antillean Guilder, AOA Kwanza,
    ARS Argentine Peso, AUD Australian Dollar, AWG Aruban Florin, AZN Azerbaijan Manat, BAM Convertible Mark,
    BBD Barbados Dollar, BDT Taka, BGN Bulgarian Lev, BHD Bahraini Dinar, BIF Burundi Franc, BMD Bermudian Dollar,
    BND Brunei Dollar, BOB Boliviano, BOV Mvdol, BRL Brazilian Real, BSD Bahamian Dollar, BTN Ngultrum, BWP Pula,
    BYN Belarusian Ruble, BZD Belize Dollar, CAD Canadian Dollar, CDF Congolese Franc, CHE WIR Euro, CHF Swiss Franc,
    CHW WIR Franc, CLF Unidad de Fomento, CLP Chilean Peso, CNY Yuan Renminbi, COP Colombian Peso,
    COU Unidad de Valor Real, CRC Costa Rican Colon, CUP Cuban Peso, CVE Cabo Verde Escudo, CZK Czech Koruna,
    DJF Djibouti Franc, DKK Danish Krone, DOP Dominican Peso, DZD Algerian Dinar, EGP Egyptian Pound, ERN Nakfa,
    ETB Ethiopian Birr, EUR Euro, FJD Fiji Dollar, FKP Falkland Islands Pound, GBP Pound Sterling, GEL Lari,
    GHS Ghana Cedi, GIP Gibraltar Pound, GMD Dalasi, GNF Guinean Franc, GTQ Quetzal, GYD Guyana Dollar,
    HKD Hong Kong Dollar, HNL Lempira, HTG Gourde, HUF Forint, IDR Rupiah, ILS New Israeli Sheqel, INR Indian Rupee,
    IQD Iraqi Dinar, IRR Iranian Rial, ISK Iceland Krona, JMD Jamaican Dollar, JOD Jordanian Dinar, JPY Yen,
    KES Kenyan Shilling, KGS Som, KHR Riel, KMF Comorian Franc, KPW North Korean Won, KRW Won, KWD Kuwaiti Dinar,
    KYD Cayman Islands Dollar, KZT Tenge, LAK Lao Kip, LBP Lebanese Pound, LKR Sri Lanka Rupee, LRD Liberian Dollar,
    LSL Loti, LYD Libyan Dinar, MAD Moroccan Dirham, MDL Moldovan Leu, MGA Malagasy Ariary, MKD Denar, MMK Kyat,
    MNT Tugrik, MOP Pataca, MRU Ouguiya, MUR Mauritius Rupee, MVR Rufiyaa, MWK Malawi Kwacha, MXN Mexican Peso,
    MXV Mexican Unidad de Inversion, MYR Malaysian Ringgit, MZN Mozambique Metical, NAD Namibia Dollar, NGN Naira,
    NIO Cordoba Oro, NOK Norwegian Krone, NPR Nepalese Rupee, NZD New Zealand Dollar, OMR Rial Omani, PAB Balboa,
    PEN Sol, PGK Kina, PHP Philippine Peso, PKR Pakistan Rupee, PLN Zloty, PYG Guarani, QAR Qatari Rial,
    RON Romanian Leu, RSD Serbian Dinar, RUB Russian Ruble, RWF Rwanda Franc, SAR Saudi Riyal,
    SBD Solomon Islands Dollar, SCR Seychelles Rupee, SDG Sudanese Pound, SEK Swedish Krona, SGD Singapore Dollar,
    SHP Saint Helena Pound, SLE Leone, SOS Somali Shilling, SRD Surinam Dollar, SSP South Sudanese Pound, STN Dobra,
    SVC El Salvador Colon, SYP Syrian Pound, SZL Lilangeni, THB Baht, TJS Somoni, TMT Turkmenistan New Manat,
    TND Tunisian Dinar, TOP Pa'anga, TRY Turkish Lira, TTD Trinidad and Tobago Dollar, TWD New Taiwan Dollar,
    TZS Tanzanian Shilling, UAH Hryvnia, UGX Uganda Shilling, USD US Dollar, UYI Uruguay Peso en Unidades Indexadas,
    UYU Peso Uruguayo, UYW Unidad Previsional, UZS Uzbekistan Sum, VED Digital Bolivar, VES Bolivar Soberano, VND Dong,
    VUV Vatu, WST Tala, XAF CFA Franc BEAC, XAG Silver, XAU Gold, XCD East Caribbean Dollar, XDR Special Drawing Right,
    XOF CFA Franc BCEAO, XPD Palladium, XPF CFP Franc, XPT Platinum, XTS Testing Code, YER Yemeni Rial, ZAR Rand,
    ZMW Zambian Kwacha, ZWG Zimbabwe Gold"""
)

CURRENCY_CODES: Final = tuple(currency[:3] for currency in _CURRENCIES)

CURRENCY_NAMES: Final = tuple(currency[4:] for currency in _CURRENCIES)

CURRENCY_SYMBOLS: Final = listed(
    """$, $U, B/., BZ$, Bs, C$, CHF, Db, Ft, Gs, J$, KM, Kč, L, Lek, MK, MT, N$, NT$, Nu, P, Q, R, R$, RD$, RF, RM, Rp,
    S/, T$, TT$, VT, ZK, kr, lei, zł, £, ¥, ƒ, ден, дин, сом, ؋, ฿, ៛, ₡, ₦, ₩, ₪, ₫, €, ₭, ₮, ₱, ₲, ₴, ₵, ₸, ₹, ₺, ₽,
    ₾"""
)

IBAN_FORMS: Final = listed(
    """AD 8n12c, AE 19n, AL 8n16c, AT 16n, AZ 4a20c, BA 16n, BE 12n, BG 4a6n8c, BH 4a14c, BR 23n1a1c, CH 5n12c, CR 18n,
    CY 8n16c, CZ 20n, DE 18n, DK 14n, DO 4c20n, EE 16n, ES 20n, FI 14n, FO 14n, FR 10n11c2n, GB 4a14n, GE 2a16n,
    GI 4a15c, GL 14n, GR 7n16c, GT 24c, HR 17n, HU 24n, IE 4a14n, IL 19n, IS 22n, IT 1a10n12c, JO 4a4n18c, KW 4a22c,
    KZ 3n13c, LB 4n20c, LI 5n12c, LT 16n, LU 3n13c, LV 4a13c, MC 10n11c2n, MD 20c, ME 18n, MK 3n10c2n, MR 23n,
    MT 4a5n18c, MU 4a19n3a, NL 4a10n, NO 11n, PK 4a16c, PL 24n, PS 4a21c, PT 21n, QA 4a21c, RO 4a16c, RS 18n, SA 2n18c,
    SE 20n, SI 15n, SK 20n, SM 1a10n12c, TL 19n, TN 20n, TR 6n16c, VG 4a16n, XK 16n"""
)
"""What follows country and check digits, by ISO 13616: so many digits (n), letters (a), or either (c)."""
