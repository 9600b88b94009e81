/**
 * The wireless multiple-access channel as the router simulates it: what nodes send at the same time arrives faded, added and
 * noisy, as in (5.1) of Abdi's thesis.
 *
 * <p><b>Real against complex, here and in {@code starling.codes.overair}.</b> A subchannel carries one complex symbol, its real
 * part in phase and its imaginary part in quadrature; frames are arrays of floats, re and im in turn. A code number is real and
 * takes one of these components. <i>Noise has the variance sigma^2 in each component</i>, so that sigma^2 is what a code number
 * meets and what stands in every error formula; the complex noise of (5.1) is CN(0, 2 sigma^2) in these terms. Power and energy
 * are sums of |x|^2 over all symbols of a frame; P bounds that of all m numbers together, and the signal-to-noise ratio is that of
 * one number, P / (m sigma^2): 18 dB are 63, and one number then carries 1/2 log2(1 + 63) = 3 bit. Mean squares of gains and of their
 * estimation errors are those of the complex number, E|h|^2, so that 1 neither strengthens nor weakens.
 */
@NullMarked
package starling.codes.channel;

import org.jspecify.annotations.NullMarked;
