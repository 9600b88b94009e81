package starling.models.data;

/** Numbers in text, read the same way everywhere: plain decimals, no hexadecimal, no type suffix, no locale. */
final class Numbers {
    private Numbers() {}

    /** The value of a decimal number such as {@code -1.5e-3}, or NaN if the text is none or is out of range. */
    static double parse(String text) {
        boolean digit = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                digit = true;
            } else if (c != '+' && c != '-' && c != '.' && c != 'e' && c != 'E') {
                return Double.NaN;
            }
        }
        if (!digit) {
            return Double.NaN;
        }
        try {
            double value = Double.parseDouble(text);
            return Double.isInfinite(value) ? Double.NaN : value;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** The value of a whole number of plain digits, or -1 if the text is none or exceeds an {@code int}. */
    static int parseCount(String text) {
        if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
