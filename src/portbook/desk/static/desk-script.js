"use strict"; // The desk: what helps at a form; every page works without.
