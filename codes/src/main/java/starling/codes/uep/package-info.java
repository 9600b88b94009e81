/**
 * Approximate matrix products by unequal error protection (Tegin, Hernandez, Rini and Duman): products of blocks with large norms
 * are in the windows that are drawn most, so that few answers give most of the result; with the laws of what is decoded when, the
 * expected loss and the window probabilities that make it least.
 */
@NullMarked
package starling.codes.uep;

import org.jspecify.annotations.NullMarked;
