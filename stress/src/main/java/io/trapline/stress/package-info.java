/** Tests of the memory model, with jcstress: what two threads may see of one slot. */
package io.trapline.stress;
