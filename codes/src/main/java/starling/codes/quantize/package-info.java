/**
 * Codes that round each number by itself: with a dither that the receiver takes off again or not, in two nested steps
 * for a receiver that knows more, to random neighbours, to signs, or to the points that fit the data best.
 */
@NullMarked
package starling.codes.quantize;

import org.jspecify.annotations.NullMarked;
