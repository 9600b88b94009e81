/**
 * Codes that first rotate a vector at random, so that whatever it was, its coordinates are close to normal ones of one
 * variance: a quantizer and an entropy coder for the normal law then serve every vector.
 */
@NullMarked
package starling.codes.rotated;

import org.jspecify.annotations.NullMarked;
