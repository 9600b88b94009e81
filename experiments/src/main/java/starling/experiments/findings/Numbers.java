package starling.experiments.findings;

/** How numbers are written for people and in JSON: whole ones without a decimal point. */
final class Numbers {
    private static final double LARGEST_EXACT = 1L << 53;

    private Numbers() {}

    static boolean isWhole(double value) {
        return value == Math.rint(value) && Math.abs(value) <= LARGEST_EXACT;
    }

    static String text(double value) {
        return isWhole(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
