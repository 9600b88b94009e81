package starling.codes.gradient;

/**
 * What is known of a code at one length n.
 *
 * @param unbiased whether E[decoded] = x for every x
 * @param errorIndependent whether the error's law does not depend on x, given the scale in the message
 * @param varianceBound gamma with E||decoded - x||^2 &lt;= gamma ||x||^2 for every x; infinite where there is none
 * @param rawBits bits of a whole message before entropy coding, side information (scales, norms, places) included
 * @param entropyCoded whether the message is shorter than that on skewed data
 */
public record Properties(
        boolean unbiased, boolean errorIndependent, double varianceBound, double rawBits, boolean entropyCoded) {}
