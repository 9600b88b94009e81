/** Quantized compressive sampling: linear sketches by rows of Hadamard matrices, quantized with a dither, and their bounds. */
@NullMarked
package starling.codes.sampling;

import org.jspecify.annotations.NullMarked;
