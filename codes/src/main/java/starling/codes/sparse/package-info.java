/**
 * Codes that send few of the numbers: the largest, some drawn by both ends, or each with a probability that keeps the mean.
 */
@NullMarked
package starling.codes.sparse;

import org.jspecify.annotations.NullMarked;
