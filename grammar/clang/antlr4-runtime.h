// SPDX-License-Identifier: Apache-2.0
//
// What generated parsers need of the ANTLR runtime, in place of its own header of this name, for clang only: that one also pulls
// in InterpreterDataReader.h, which default-constructs a class with a const vector, and clang refuses that. Nothing here uses it.
#pragma once

#include "Lexer.h"
#include "Parser.h"

#include "BailErrorStrategy.h"
#include "BaseErrorListener.h"
#include "CharStream.h"
#include "CommonToken.h"
#include "CommonTokenFactory.h"
#include "CommonTokenStream.h"
#include "DefaultErrorStrategy.h"
#include "Exceptions.h"
#include "FailedPredicateException.h"
#include "InputMismatchException.h"
#include "IntStream.h"
#include "LexerNoViableAltException.h"
#include "ListTokenSource.h"
#include "NoViableAltException.h"
#include "ParserRuleContext.h"
#include "RecognitionException.h"
#include "Token.h"
#include "Vocabulary.h"
#include "atn/ATN.h"
#include "atn/ATNDeserializer.h"
#include "atn/LexerATNSimulator.h"
#include "atn/ParserATNSimulator.h"
#include "dfa/DFA.h"
#include "misc/Interval.h"
#include "misc/IntervalSet.h"
#include "tree/ParseTree.h"
#include "tree/TerminalNode.h"
